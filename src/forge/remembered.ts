/**
 * Asks once: what is remembered is the answer on its way, so that two who ask at the same time ask together.
 * `forget` has it asked again; `know` puts an answer in its place.
 */
export function remembered<T>(ask: () => Promise<T>): Remembered<T> {
  let answer: Promise<T> | undefined;
  return {
    get: () => (answer ??= ask()),
    forget() {
      answer = undefined;
    },
    know(value) {
      answer = Promise.resolve(value);
    },
  };
}

interface Remembered<T> {
  readonly get: () => Promise<T>;
  readonly forget: () => void;
  readonly know: (value: T) => void;
}
