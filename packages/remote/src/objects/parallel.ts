/** Does a task for each item, some at a time. The first failure ends it when those that were begun have ended. */
export async function inParallel<T>(
  items: readonly T[],
  count: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  let isFailed = false;
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      if (isFailed) return;
      try {
        await task(item);
      } catch (error) {
        isFailed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: count }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
