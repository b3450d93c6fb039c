/**
 * The device that a user's wish means here. The engine is loaded only where it must be asked.
 *
 * @returns `cpu`, `cuda:N` or `mps`.
 * @throws DeviceError when that device cannot be used.
 */
export async function computingDevice(asked: string): Promise<string> {
  if (asked === 'cpu') return asked;
  const { resolveDevice } = await import('@radweave/torch');
  return resolveDevice(asked);
}
