// Beats and time, to the last microsecond as the server has them (src/show/jam/beat.rs): one straight line, or several in a row
// where the tempo has changed. Times are microseconds of Unix time, beats are millionths.

export const BEAT = 1_000_000;

const LONGEST_COURSE = 16;
const LOOK_BACK_US = 4_000_000;

/** Rounded down, with the rest: the product of two such numbers does not fit into a Number, the pieces do. */
function divided(number, by) {
  let whole = Math.floor(number / by);
  let rest = number - whole * by;
  while (rest < 0) [whole, rest] = [whole - 1, rest + by];
  while (rest >= by) [whole, rest] = [whole + 1, rest - by];
  return [whole, rest];
}

function beatOnLine(line, time) {
  const [whole, rest] = divided(time - line.time_origin, line.tempo);
  return line.beat_origin + whole * BEAT + Math.floor((rest * BEAT) / line.tempo);
}

function timeOnLine(line, beat) {
  const [whole, rest] = divided(beat - line.beat_origin, BEAT);
  return line.time_origin + whole * line.tempo + Math.ceil((rest * line.tempo) / BEAT);
}

/** The line that holds at a time. */
export function lineAt(course, time) {
  return course.findLast((line) => line.time_origin <= time) ?? course[0];
}

export function beatAt(course, time) {
  return beatOnLine(lineAt(course, time), time);
}

/** The first microsecond at which that beat has come. */
export function timeOf(course, beat) {
  return timeOnLine(course.findLast((line) => line.beat_origin <= beat) ?? course[0], beat);
}

/** The course with another line at its end, without those that nobody looks back at any more. */
export function goOn(course, line, now) {
  const lines = [...course.filter((known) => known.time_origin < line.time_origin), line];
  const longAgo = now - LOOK_BACK_US;
  const later = lines.slice(1).findIndex((one) => one.time_origin > longAgo);
  const over = later < 0 ? lines.length - 1 : later;
  return lines.slice(Math.max(over, lines.length - LONGEST_COURSE, 0));
}

/** Beats a minute, to the hundredth. */
export function bpm(tempo) {
  return Math.round(6_000_000_000 / tempo) / 100;
}
