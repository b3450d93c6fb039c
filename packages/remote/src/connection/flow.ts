import type { Readable } from 'node:stream';

/**
 * Gives the pieces of an answer to `take`, one after the other, and reads on meanwhile: where an answer waits to be read and the
 * server closes the connection, undici 6 and 7 end the process (nodejs/undici#5360). Pieces for which `take` was not quick enough
 * lie in memory, at most the whole answer.
 *
 * @param take - says `false` where it wants no more; then the answer is destroyed.
 * @throws what `take` throws, and what ends the answer too early, once all that had arrived was taken.
 */
export function flow(body: Readable, take: (piece: Buffer) => Promise<boolean> | boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let goesOn = Promise.resolve(true);
    const whenTaken = (settle: () => void) => goesOn.then(settle, reject);
    body.on('data', (piece: Buffer) => {
      goesOn = goesOn.then(async (wanted) => wanted && (await take(piece)));
      goesOn.then(
        (wanted) => {
          if (wanted) return;
          body.destroy();
          resolve();
        },
        (error) => {
          body.destroy();
          reject(error);
        },
      );
    });
    body.on('end', () => whenTaken(resolve));
    body.on('error', (error) => whenTaken(() => reject(error)));
    body.on('close', () => whenTaken(() => reject(new Error('an answer was not read to its end'))));
  });
}
