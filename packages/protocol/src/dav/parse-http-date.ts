const imfDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Reads an IMF-fixdate (RFC 9110 §5.6.7) as seconds since 1970; undefined for anything else. */
export function parseHttpDate(text: string | undefined): number | undefined {
  const value = text?.trim() ?? '';
  if (!imfDate.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}
