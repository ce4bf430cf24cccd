/** On a phone the stations are a strip: bring the current one into view. */

export function start(rail) {
  const here = rail.querySelector("[aria-current]");
  if (here) rail.scrollLeft += here.getBoundingClientRect().left - rail.getBoundingClientRect().left - rail.clientWidth / 4;
}
