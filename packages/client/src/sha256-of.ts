/** SHA-256 of some bytes, lower-case hexadecimal. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  // The bytes may be a view on shared memory in theory; here they come from a connection or a file.
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
