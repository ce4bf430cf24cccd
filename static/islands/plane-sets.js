/** Known sets of points: `points(size, noise)` gives `[x, y, class number or height]`, the same for the same sliders. */

function chance(seed) {
  let state = seed;
  const even = () => { // mulberry32, by Tommy Ettinger, public domain
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - even())) * Math.cos(2 * Math.PI * even());
  return { even, normal };
}

function set(place) {
  return {
    height: false,
    points(size, noise) {
      const dice = chance(size);
      return Array.from({ length: size }, (_, n) => {
        const [x, y, kind] = place(n, size, dice);
        return [x + noise * dice.normal(), y + noise * dice.normal(), kind];
      });
    },
  };
}

function surface(height) {
  return {
    height: true,
    points(size, noise) {
      const dice = chance(size);
      return Array.from({ length: size }, () => {
        const [x, y] = [2.6 * dice.even() - 1.3, 2.6 * dice.even() - 1.3];
        return [x, y, height(x, y) + noise * dice.normal()];
      });
    },
  };
}

export const SETS = {
  moons: set((n, size, dice) => {
    const turn = Math.PI * dice.even();
    return n % 2 ? [0.5 - Math.cos(turn), 0.25 - Math.sin(turn), 1].map((v, i) => (i < 2 ? v * 0.8 : v)) : [(Math.cos(turn) - 0.5) * 0.8, (Math.sin(turn) - 0.25) * 0.8, 0];
  }),
  circles: set((n, size, dice) => {
    const turn = 2 * Math.PI * dice.even();
    const radius = n % 2 ? 0.45 : 1.1;
    return [radius * Math.cos(turn), radius * Math.sin(turn), n % 2];
  }),
  spirals: set((n, size) => {
    const along = Math.sqrt((Math.floor(n / 2) + 1) / (size / 2));
    const turn = along * 1.75 * 2 * Math.PI + (n % 2) * Math.PI;
    return [1.25 * along * Math.cos(turn), 1.25 * along * Math.sin(turn), n % 2];
  }),
  blobs: set((n, size, dice) => {
    const [x, y] = [[-0.7, -0.6], [0.75, -0.65], [-0.6, 0.7], [0.7, 0.6]][n % 4];
    return [x + 0.16 * dice.normal(), y + 0.16 * dice.normal(), n % 4];
  }),
  xor: set((n, size, dice) => {
    const [x, y] = [2.4 * dice.even() - 1.2, 2.4 * dice.even() - 1.2];
    return [x, y, x > 0 === y > 0 ? 0 : 1];
  }),
  plane: surface((x, y) => 0.5 * x + 0.3 * y),
  ripple: surface((x, y) => Math.cos(5 * Math.hypot(x, y)) * Math.exp(-0.8 * Math.hypot(x, y))),
  saddle: surface((x, y) => 0.6 * (x * x - y * y)),
};
