import { createHash, type Hash } from 'node:crypto';
import * as v from 'valibot';

/** One changed row: which entry of the plan, its key, and the row as text before and after (null: it was not there). */
export interface KeptRow {
  readonly index: number;
  readonly key: readonly string[];
  readonly before: string | null;
  readonly after: string | null;
}

/** First line of a before image: how its values are written, and the columns of each row. */
export const ImageHead = v.strictObject({
  v: v.literal(1),
  settings: v.record(v.string(), v.string()),
  /** For each entry of the plan, all columns of its table with their types. */
  columns: v.array(v.array(v.tuple([v.string(), v.string()]))),
});
export type ImageHead = v.InferOutput<typeof ImageHead>;

const Line = v.tuple([
  v.pipe(v.number(), v.integer()),
  v.array(v.string()),
  v.nullable(v.string()),
  v.nullable(v.string()),
]);

/** A line of the image: JSON of the values in order, and a line feed. The image is the bytes of its lines. */
export const imageLine = (value: ImageHead | KeptRow): Buffer =>
  Buffer.from(
    `${JSON.stringify('v' in value ? value : [value.index, value.key, value.before, value.after])}\n`,
  );

/** @throws Error when the line is not one of ours */
export function readLine(line: string): KeptRow {
  const [index, key, before, after] = v.parse(Line, JSON.parse(line));
  return { index, key, before, after };
}

/** Hash and size of an image while it grows. */
export class Measure {
  private readonly hash: Hash;
  rows: number;
  bytes: number;
  parts: number;

  constructor(from?: Measure) {
    this.hash = from ? from.hash.copy() : createHash('sha256');
    this.rows = from?.rows ?? 0;
    this.bytes = from?.bytes ?? 0;
    this.parts = from?.parts ?? 0;
  }

  part(content: Buffer): void {
    this.hash.update(content);
    this.bytes += content.length;
    this.parts += 1;
  }

  sha256(): string {
    return this.hash.copy().digest('hex');
  }
}
