import { CollmError } from "@collm/errors";
import type { RoleDescription } from "./role-description.js";
import type { MetricSource } from "./role-metrics.js";

/** The part of a metrics registry that is used here; `Metrics` of @collm/telemetry has it. */
export interface ConfigMetricSource extends Pick<MetricSource, "counter"> {
  gauge<Label extends string>(text: {
    readonly name: string;
    readonly help: string;
    readonly labels?: readonly Label[];
  }): { set(labels: Partial<Record<Label, string | number>>, value: number): void };
}

/** What a service logs; `Logger` of @collm/telemetry has it. */
interface Log {
  info(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

export interface LiveRoleOptions<Settings, Role> {
  /** `navigator` or `generator`. */
  readonly role: string;
  /** Reads the settings as they are now; throws `CollmError` where they are wrong. */
  readonly read: () => Settings;
  /** Who plays by these settings; throws like `read`. */
  readonly create: (settings: Settings) => Promise<Role>;
  readonly log: Log;
  readonly metrics?: ConfigMetricSource | undefined;
  /** How often it looks by itself, in milliseconds. Default 5,000. */
  readonly lookEveryMs?: number | undefined;
}

/**
 * A role whose settings may change while it is played. Each call asks for the player of the moment, so
 * the next call goes to the new one, while calls under way end on the old one. Settings that are wrong are
 * refused: the last good ones stay in force, one line of the log says why, and
 * `collm_role_config_errors_total{role}` counts them. `collm_role_config_good_timestamp_seconds{role}`
 * is when the settings were last read and found good, in seconds of Unix time: it stands still while wrong ones are there.
 */
export class LiveRole<Settings, Role extends { readonly description: RoleDescription }> {
  readonly #options: LiveRoleOptions<Settings, Role>;
  readonly #errors: ReturnType<ConfigMetricSource["counter"]> | undefined;
  readonly #goodAt: ReturnType<ConfigMetricSource["gauge"]> | undefined;
  /** JSON of the settings in force. */
  #settings = "";
  #player: Role;
  /** Why the settings of the moment are not in force; undefined if they are. */
  #problem: string | undefined;
  /** The last look at the settings; the next one waits for it. */
  #look: Promise<unknown> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  private constructor(options: LiveRoleOptions<Settings, Role>, settings: string, player: Role) {
    const { role, metrics, lookEveryMs = 5_000 } = options;
    this.#options = options;
    this.#settings = settings;
    this.#player = player;
    this.#errors = metrics?.counter({
      name: "role_config_errors_total",
      help: "Changes of a role's settings that were refused",
      labels: ["role"],
    });
    this.#errors?.inc({ role }, 0);
    this.#goodAt = metrics?.gauge({
      name: "role_config_good_timestamp_seconds",
      help: "When a role's settings were last read and found good (Unix time)",
      labels: ["role"],
    });
    this.#noteGood();
    // So that whoever changes settings hears of it although nobody asks the role.
    this.#timer = setInterval(() => void this.current(), lookEveryMs).unref();
  }

  /** @throws CollmError where the settings are wrong: then there are no good ones to go on with */
  static async start<Settings, Role extends { readonly description: RoleDescription }>(
    options: LiveRoleOptions<Settings, Role>,
  ): Promise<LiveRole<Settings, Role>> {
    const settings = options.read();
    const player = await options.create(settings);
    options.log.info({ role: player.description }, "role ready");
    return new LiveRole(options, JSON.stringify(settings), player);
  }

  /** Who plays the role now; looks at the settings first. Never rejects. */
  async current(): Promise<Role> {
    const look = this.#look.then(() => this.#takeOver());
    this.#look = look;
    await look;
    return this.#player;
  }

  /** Looks no more by itself. */
  close(): void {
    clearInterval(this.#timer);
  }

  async #takeOver(): Promise<void> {
    const { read, create, log } = this.#options;
    try {
      const settings = read();
      const text = JSON.stringify(settings);
      if (text !== this.#settings) {
        const from = this.#player.description;
        this.#player = await create(settings);
        this.#settings = text;
        log.info({ from, to: this.#player.description }, "role changed");
      } else if (this.#problem !== undefined) {
        log.info({ role: this.#player.description }, "role settings are good again, as before");
      }
      this.#problem = undefined;
      this.#noteGood();
    } catch (error) {
      this.#refuse(CollmError.from(error).message);
    }
  }

  #refuse(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    const { role, log } = this.#options;
    this.#errors?.inc({ role });
    const inForce = this.#player.description;
    log.error({ reason: problem, inForce }, "role settings refused, the last good ones stay");
  }

  #noteGood(): void {
    this.#goodAt?.set({ role: this.#options.role }, Date.now() / 1_000);
  }
}
