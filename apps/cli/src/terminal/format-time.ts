/** A moment for people, in local time: the time of today, else with the date. */
export function formatTime(ms: number, now: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = (of: Date) => `${of.getFullYear()}-${two(of.getMonth() + 1)}-${two(of.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return day(date) === day(new Date(now)) ? time : `${day(date)} ${time}`;
}
