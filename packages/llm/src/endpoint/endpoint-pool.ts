/**
 * What outlives a change of a role's configuration: endpoints with what is known of them, breakers and
 * limits. A new configuration takes what it asks for by an equal key, so that nothing is forgotten about
 * an endpoint that did not change; the rest is left to those calls that still use it.
 */
export class EndpointPool {
  #kept: ReadonlyMap<string, unknown> = new Map();

  /** The parts of one configuration. */
  begin(): PoolUse {
    const used = new Map<string, unknown>();
    return {
      take: <T>(key: string, make: () => T): T => {
        const part = (used.get(key) ?? this.#kept.get(key) ?? make()) as T;
        used.set(key, part);
        return part;
      },
      keep: () => {
        this.#kept = used;
      },
    };
  }
}

export interface PoolUse {
  /** The part that has this key, which begins with its kind. */
  take<T>(key: string, make: () => T): T;
  /** From here on the pool holds the parts that were taken and no others. */
  keep(): void;
}
