/** Makes a file of one format out of the rows of its COPY. What goes wrong becomes the file's `problem`. */
export interface RowWriter {
  begin(): void;
  /** Some whole rows, as they came. The bytes are lent: they are gone when this returns. */
  rows(bytes: Buffer, count: number): void;
  /** After the last row. */
  end(): void;
}
