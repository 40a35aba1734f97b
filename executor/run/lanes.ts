import type { Claim, Lane, Taken } from '../state/queue';

/** Takes orders out of the lanes of the state database and runs them. */
export interface Lanes {
  /** There may be something in a lane. */
  wake(connection: string, reads: boolean): void;
  /** There may be something anywhere. */
  wakeAll(): void;
  /** Keeps a place in a lane for an order on its way into it; null when there is none, or others wait there. */
  reserve(connection: string, reads: boolean): Place | null;
  /** This process runs as many as it may: others should be told of what waits. */
  readonly crowded: boolean;
  /** Takes no more; resolves when what was under way has ended. */
  drain(): Promise<void>;
}

/** A place that is kept free. It is begun or freed, once. */
interface Place {
  /** At most so many of the lane run at the same time, over all executors. */
  readonly width: number;
  begin(taken: Taken): void;
  free(): void;
}

/** What the lanes need. */
export interface LanesDeps {
  readonly lanes: readonly Lane[];
  /** At most so many orders at the same time in this process. */
  readonly atOnce: number;
  /** Whether orders may be taken just now; asked before each. */
  readonly open: () => boolean;
  readonly claim: (lane: Lane) => Promise<Claim>;
  /** Must not reject. */
  readonly run: (taken: Taken, lane: Lane) => Promise<void>;
  readonly fault: (error: unknown) => void;
}

/** A lane that others keep full is looked at again after this long; our own work wakes it by its end. */
const fullElsewhereMs = 100;
const afterFaultMs = 500;

interface Line {
  readonly lane: Lane;
  /** It may hold something that can be taken. */
  wanted: boolean;
  /** It was full: look again when one of ours ends, and in a while, because others' ends are not heard. */
  full: boolean;
  /** Orders that run, and places that are kept. */
  active: number;
  timer: NodeJS.Timeout | null;
}

/** Starts with nothing to do. First in, first out in each lane; lanes take turns, so that no connection starves. */
export function createLanes(deps: LanesDeps): Lanes {
  const lines: readonly Line[] = deps.lanes.map((lane) => ({
    lane,
    wanted: false,
    full: false,
    active: 0,
    timer: null,
  }));
  const running = new Set<Promise<void>>();
  let kept = 0;
  let turn = 0;
  let draining = false;
  let pumping: Promise<void> | null = null;

  const mayBegin = (): boolean => !draining && running.size + kept < deps.atOnce && deps.open();
  const next = (): Line | null => {
    if (!mayBegin()) return null;
    for (let step = 0; step < lines.length; step += 1) {
      const at = (turn + step) % lines.length;
      const line = lines[at];
      if (line?.wanted && line.active < line.lane.width) {
        turn = at + 1;
        return line;
      }
    }
    return null;
  };
  const later = (line: Line, ms: number): void => {
    line.timer ??= setTimeout(() => {
      line.timer = null;
      line.wanted = true;
      pump();
    }, ms).unref();
  };
  const begin = (line: Line, taken: Taken): void => {
    line.active += 1;
    const run = deps.run(taken, line.lane).finally(() => {
      line.active -= 1;
      if (line.full) line.wanted = true;
      running.delete(run);
      pump();
    });
    running.add(run);
  };
  const take = async (line: Line): Promise<void> => {
    // Whoever wakes the lane while it is asked sets this again.
    line.wanted = false;
    line.full = false;
    try {
      const claim = await deps.claim(line.lane);
      if (claim.kind === 'taken') {
        if (claim.more) line.wanted = true;
        begin(line, claim);
      } else if (claim.kind === 'full') {
        line.full = true;
        later(line, fullElsewhereMs);
      }
    } catch (error) {
      deps.fault(error);
      later(line, afterFaultMs);
    }
  };
  function pump(): void {
    pumping ??= (async () => {
      for (let line = next(); line; line = next()) await take(line);
    })().finally(() => {
      pumping = null;
      if (next()) pump();
    });
  }

  const lineOf = (connection: string, reads: boolean): Line | undefined =>
    lines.find(({ lane }) => lane.connection === connection && lane.reads === reads);

  return {
    wake(connection, reads) {
      const line = lineOf(connection, reads);
      if (!line) return;
      line.wanted = true;
      pump();
    },
    reserve(connection, reads) {
      const line = lineOf(connection, reads);
      if (!line || line.wanted || line.full || line.active >= line.lane.width || !mayBegin()) return null;
      line.active += 1;
      kept += 1;
      const leave = (): void => {
        line.active -= 1;
        kept -= 1;
      };
      return {
        width: line.lane.width,
        begin(taken) {
          leave();
          begin(line, taken);
        },
        free() {
          leave();
          if (line.full) line.wanted = true;
          pump();
        },
      };
    },
    wakeAll() {
      for (const line of lines) line.wanted = true;
      pump();
    },
    get crowded() {
      return running.size + kept >= deps.atOnce;
    },
    async drain() {
      draining = true;
      for (const { timer } of lines) if (timer) clearTimeout(timer);
      await pumping;
      while (running.size > 0) await Promise.all(running);
    },
  };
}
