import { Client } from 'pg';

/** One connection, for who measures or looks from outside the executor. */
export interface OneConnection {
  /** Rows of the last statement of `text`. */
  query<T extends object>(text: string): Promise<T[]>;
  close(): Promise<void>;
}

/** Connects. Rejects when the server does not answer or refuses. */
export async function oneConnection(url: string): Promise<OneConnection> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    query: async <T extends object>(text: string) => (await client.query<T>(text)).rows,
    close: () => client.end(),
  };
}
