import type { PoolClient } from 'pg';
import { type RowDescription, type ServerColumn, serverColumns } from '../postgres/capture-query';
import { type QueryTarget, type Settle, Submittable, submitQuery, type Wire } from '../postgres/submittable';

class DescribeQuery extends Submittable<readonly ServerColumn[]> {
  private columns: readonly ServerColumn[] = [];
  private readonly text: string;

  constructor(text: string, settle: Settle<readonly ServerColumn[]>) {
    super(settle);
    this.text = text;
  }

  protected write(wire: Wire): void {
    wire.parse({ text: this.text, name: '', types: [] });
    wire.describe({ type: 'S', name: '' });
  }

  protected result(): readonly ServerColumn[] {
    return this.columns;
  }

  handleRowDescription(message: RowDescription): void {
    this.columns = serverColumns(message);
  }
}

/**
 * The columns that one statement, exactly these bytes, would return. It is analysed and not run.
 * @throws the server's error or a connection error
 */
export async function describeQuery(client: PoolClient, text: string): Promise<readonly ServerColumn[]> {
  return submitQuery(client as unknown as QueryTarget, (settle) => new DescribeQuery(text, settle));
}
