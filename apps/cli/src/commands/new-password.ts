/** A password that a person can copy by hand. */
export async function newPassword(): Promise<string> {
  const [{ generatePassword }, { systemRandom }] = await Promise.all([
    import('@holdfast/daemon'),
    import('@holdfast/base'),
  ]);
  return generatePassword(systemRandom);
}
