"""Sounds: which one, and what it says."""

from trainer.contract.samples.sample import MADE, Sample

LATER = "Learners that hear come later; sounds can be played, looked at and labelled now."

FAMILY = (
    Sample(
        key="instruments",
        title="Four instruments",
        task="sounds",
        sentence="200 notes of a second each: flute, organ, plucked string or bell?",
        target="label",
        rows=200,
        columns={"sound": "audio", "label": "category"},
        origin=f"{MADE} Synthesised, not recorded.",
        later=LATER,
    ),
    Sample(
        key="noises",
        title="Clap, whistle, hum",
        task="sounds",
        sentence="300 seconds of clapping, whistling, humming, hissing and of nothing at all.",
        target="label",
        rows=300,
        columns={"sound": "audio", "label": "category"},
        origin=f"{MADE} Synthesised, not recorded.",
        later=LATER,
    ),
    Sample(
        key="morse",
        title="Morse code",
        task="speech",
        sentence="200 number words in dots and dashes, at different speeds and pitches, and what they say.",
        target="transcript",
        rows=200,
        columns={"sound": "audio", "transcript": "text"},
        origin=f"{MADE} Synthesised, not recorded.",
        later="A learner that writes down what it hears comes later.",
    ),
)
