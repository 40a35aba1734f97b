import { it } from '@jest/globals';

/** Makes `it` for the steps of one journey: a step that failed is the reason why the later ones are not tried. */
export function journeySteps(
  onFailure: () => Promise<void>,
): (name: string, work: () => Promise<void>) => void {
  let failed: string | undefined;
  return (name, work) => {
    it(name, async () => {
      if (failed !== undefined && failed !== name)
        throw new Error(`not tried, because this failed before: ${failed}`);
      failed = name;
      try {
        await work();
      } catch (error) {
        await onFailure();
        throw error;
      }
      failed = undefined;
    });
  };
}
