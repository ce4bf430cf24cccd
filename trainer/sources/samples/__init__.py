"""The samples one click away: each is written as a file that a person could have brought, and read like any other."""

from trainer.sources.samples import bundled, invented, numbers, plane, series, shop, texts
from trainer.sources.samples.written import Make

MAKERS: dict[str, Make] = {
    "flowers": bundled.flowers,
    "wine": bundled.wine,
    "tumours": bundled.tumours,
    "shop": shop.shop,
    "diabetes": bundled.diabetes,
    "flats": invented.flats,
    "fitness": bundled.fitness,
    "customers": invented.customers,
    "films": invented.films,
    **plane.MAKERS,
    "reviews": texts.reviews,
    "requests": texts.requests,
    "numbers": numbers.numbers,
    "fables": texts.fables,
    "sales": series.sales,
    "freezer": series.freezer,
}
