"""The samples one click away: each is written as a file that a person could have brought, and read like any other."""

from trainer.sources.samples import bundled, invented, numbers, pictures, plane, series, shop, sounds, texts
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
    "digits": pictures.digits,
    "shapes": pictures.shapes,
    "gauges": pictures.gauges,
    "tiles": pictures.tiles,
    "crates": pictures.crates,
    "meadow": pictures.meadow,
    "instruments": sounds.instruments,
    "noises": sounds.noises,
    "morse": sounds.morse,
    "reviews": texts.reviews,
    "requests": texts.requests,
    "numbers": numbers.numbers,
    "fables": texts.fables,
    "sales": series.sales,
    "freezer": series.freezer,
}
