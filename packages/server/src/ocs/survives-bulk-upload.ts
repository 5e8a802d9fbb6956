/**
 * Clients that are known to come through a bulk upload, by product token of their `User-Agent` (RFC 9110
 * §10.1.5) and first version. Absent on purpose: `mirall` (nextcloudcmd 3.7 drops a whole batch that holds an
 * empty file).
 */
const survivors: readonly { readonly product: string; readonly from: readonly [number, number] }[] = [
  { product: 'Holdfast', from: [0, 1] },
];

/** Whether bulk upload may be advertised to this client. Unknown ones do well without. */
export function survivesBulkUpload(userAgent: string): boolean {
  for (const match of userAgent.matchAll(/([A-Za-z][\w-]{0,40})\/(\d{1,4})(?:\.(\d{1,4}))?/g)) {
    const [, name, major, minor = '0'] = match;
    const known = survivors.find((survivor) => survivor.product === name);
    if (!known) continue;
    const [fromMajor, fromMinor] = known.from;
    if (Number(major) > fromMajor || (Number(major) === fromMajor && Number(minor) >= fromMinor)) return true;
  }
  return false;
}
