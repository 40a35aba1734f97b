/** A rate: so many a second in the long run, and so many at once. */
interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** The three rates of the public address. */
export interface RequestRates {
  readonly perInstallation: Rate;
  readonly overall: Rate;
  /** Requests that nobody we trust has signed: beyond it they are only turned away, without a word in the log. */
  readonly strangers: Rate;
}

/** A token bucket. */
interface Bucket {
  /** Whole seconds until there is a token; 0: there is one. */
  wait(): number;
  take(): void;
}

function createBucket({ perSecond, burst }: Rate, now: () => number): Bucket {
  let tokens = burst;
  let at = now();
  return {
    wait() {
      const since = Math.max(0, now() - at) / 1_000;
      at = now();
      tokens = Math.min(burst, tokens + since * perSecond);
      return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
    },
    take() {
      tokens -= 1;
    },
  };
}

/** Who may ask how often. In memory: a restart forgives. */
export interface Gate {
  /** A request without a good signature. Seconds to wait; 0: it gets its answer. Never touches what signed ones have. */
  stranger(): number;
  /** A request with a good signature. Seconds to wait; 0: go on. */
  sender(installation: string): number;
  /**
   * True when this process has answered a request with this id. A caught request that is sent again and again is told
   * off here, so that it neither reaches the database nor uses up the rate of its real sender.
   */
  seen(installation: string, jti: string): boolean;
  /** Notes the id of a request that goes on; `until` in seconds since 1970. */
  remember(installation: string, jti: string, until: number): void;
}

/** Creates a gate for the installations of the configuration. */
export function createGate(rates: RequestRates, installations: readonly string[], now: () => number): Gate {
  const strangers = createBucket(rates.strangers, now);
  const overall = createBucket(rates.overall, now);
  const own = new Map(installations.map((name) => [name, createBucket(rates.perInstallation, now)]));
  const ids = new Map<string, number>();
  const idOf = (installation: string, jti: string): string => `${jti} ${installation}`;
  return {
    stranger() {
      const wait = strangers.wait();
      if (wait === 0) strangers.take();
      return wait;
    },
    sender(installation) {
      const bucket = own.get(installation);
      const wait = Math.max(overall.wait(), bucket?.wait() ?? 1);
      if (wait > 0) return wait;
      overall.take();
      bucket?.take();
      return 0;
    },
    seen: (installation, jti) => ids.has(idOf(installation, jti)),
    remember(installation, jti, until) {
      const seconds = now() / 1_000;
      // Oldest first, and all live equally long, give or take the clocks.
      for (const [id, end] of ids) {
        if (end >= seconds) break;
        ids.delete(id);
      }
      ids.set(idOf(installation, jti), until);
    },
  };
}
