"""The page of all samples."""

from fastapi.testclient import TestClient

from trainer.contract.samples import FIRST, SAMPLES


def test_all_samples_stand_on_their_page(browser: TestClient) -> None:
    page = browser.get("/samples").text
    for key, sample in SAMPLES.items():
        assert f'name="sample" value="{key}"' in page
        assert sample.title in page


def test_the_first_page_shows_six_and_leads_to_the_rest(browser: TestClient) -> None:
    page = browser.get("/").text
    assert [key for key in SAMPLES if f'value="{key}"' in page] == sorted(FIRST, key=list(SAMPLES).index)
    assert 'href="/samples"' in page
