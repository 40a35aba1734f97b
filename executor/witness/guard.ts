import type { Pool, PoolClient } from 'pg';
import type { Log } from '../log';
import { inTransaction } from '../postgres/pool';
import { hasOther, objectionToHead, readHead } from './chain-head';
import { dropEpochRequest, type EpochRequest, readEpochRequest } from './epoch-request';
import { type ChainPlace, isFurther } from './place';
import type { Witness } from './witness';

/** The state database is not what it was when receipts left: nothing may be signed. */
class ChainRefused extends Error {
  override readonly name = 'ChainRefused';
  readonly code = 'chain-behind';
}

/** Keeps the receipts of an executor one line, whatever becomes of its state database. */
export interface ChainGuard {
  readonly witness: Witness;
  /** Why nothing can be signed, in words, as of the last look or try; null when all is well. */
  problem(): string | null;
  /**
   * `head` again, if something may be signed after it. `client`: in the open transaction that keeps it.
   * @throws ChainRefused when it is not what was seen
   */
  accepted(head: ChainPlace, client: PoolClient): Promise<ChainPlace>;
  /** Where this process last saw the head, while nothing objects to it; a guess, for a write that proves it. */
  believed(): ChainPlace | null;
  /** Does one thing after another: what moves the head here need not meet itself at its lock. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Looks at the head, remembers how far others have come, and begins the epoch that an admin has asked for. */
  look(): Promise<void>;
}

/** Creates the guard; it objects to nothing before its first look. */
export function guardChain(pool: Pool, stateDir: string, witness: Witness, log: Log): ChainGuard {
  let problem: string | null = null;
  let fork: string | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const found = (objection: string | null): void => {
    if (objection !== null && objection !== problem) log.error('chain-behind', { words: objection });
    if (objection === null && problem !== null) log.info('chain-in-order');
    problem = objection;
  };

  /** Begins the next epoch where everything that anybody knows ends. Null when the request is over. */
  const begin = async ({ ends, reason }: EpochRequest): Promise<ChainPlace | null> =>
    inTransaction(pool, async (client) => {
      const state = await readHead(client, true);
      const seen = witness.known() ?? state;
      const over =
        seen.id !== ends.id ||
        seen.epoch !== ends.epoch ||
        (state.epoch > ends.epoch && (await objectionToHead(client, state, seen)) === null);
      if (over) return null;
      const after = state.id === seen.id && isFurther(state, seen) ? state : seen;
      const next = { ...after, epoch: Math.max(state.epoch, seen.epoch) + 1 };
      await client.query(
        `insert into executor.epochs (id, epoch, after_seq, after_head, reason) values ($1, $2, $3, $4, $5)`,
        [next.id, next.epoch, after.seq, after.head, reason],
      );
      await client.query('update executor.chain set id = $1, epoch = $2, seq = $3, head = $4', [
        next.id,
        next.epoch,
        next.seq,
        next.head,
      ]);
      await client.query(`insert into executor.audit (event, detail) values ('epoch-began', $1)`, [
        { epoch: next.epoch, after: after.seq, stateHad: state.seq, reason },
      ]);
      return next;
    });

  return {
    witness,
    problem: () => problem,
    async accepted(head, client) {
      const objection = fork ?? (await objectionToHead(client, head, witness.known()));
      if (objection === null) return head;
      found(objection);
      throw new ChainRefused(objection);
    },
    believed: () => (problem === null && fork === null ? witness.known() : null),
    async inTurn(work) {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
    async look() {
      const request = readEpochRequest(stateDir);
      if (request) {
        const next = await begin(request);
        if (next) {
          await witness.saw(next);
          log.warn('epoch-began', { epoch: next.epoch, after: next.seq, reason: request.reason });
        }
        await dropEpochRequest(stateDir);
      }
      // First what is remembered: this process may sign on meanwhile.
      const seen = witness.known();
      const state = await readHead(pool, false);
      fork =
        seen !== null && (await hasOther(pool, seen))
          ? `receipt ${seen.seq} of epoch ${seen.epoch} in the state database is not the one that was seen here: the chain has forked`
          : null;
      const objection = fork ?? (await objectionToHead(pool, state, seen));
      found(objection);
      if (objection === null) await witness.saw(state);
    },
  };
}
