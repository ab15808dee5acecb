import { CollmError } from "@collm/errors";
import type { EndpointKind } from "@collm/llm";
import {
  defaultSearchConfig,
  presets,
  rolesOf,
  type SearchConfig,
  searcherNames,
} from "@collm/search";

/** Who plays a language-model role in an arm; what is absent has the service's default. */
export interface Player {
  /** `heuristic`, the kind of endpoint, or recordings in the place of one. */
  readonly backend: "heuristic" | "replay" | EndpointKind;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly replayDir?: string;
  /** Who answers where it does not, as `--llm` writes it. */
  readonly fallback?: string[];
  readonly temperature?: number;
}

/** Both roles. */
export interface Players {
  readonly navigator: Player;
  readonly generator: Player;
  /** Name of the prompt set of both. */
  readonly prompts?: string;
}

/** The built-in heuristic in both roles: no language model. */
export const heuristicPlayers: Players = {
  navigator: { backend: "heuristic" },
  generator: { backend: "heuristic" },
};

/** One way to search that a suite compares with others. */
export interface Arm {
  /** Unique in its suite: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** What tables call it; says who plays the roles, where there are any. */
  readonly label: string;
  /** Complete but for the seed, which is the run's. */
  readonly config: SearchConfig;
  /** Absent for searchers that ask no role. */
  readonly players?: Players;
}

/** Whether a language model plays a role in the arm. */
export function asksLanguageModel(arm: Arm): boolean {
  return backendsOf(arm).some((backend) => backend !== "heuristic");
}

/** Whether the heuristic plays a role in the arm. */
export function asksHeuristic(arm: Arm): boolean {
  return backendsOf(arm).includes("heuristic");
}

function backendsOf({ players, config }: Arm): readonly Player["backend"][] {
  return players ? rolesOf[config.searcher].map((role) => players[role].backend) : [];
}

/** What a suite's arms have in common. */
export interface CommonSettings {
  readonly budget: number;
  /** Candidates in each iteration; absent means what each searcher has by default. */
  readonly candidates?: number;
  readonly limits: SearchConfig["limits"];
}

/**
 * An arm from `SEARCHER` or `SEARCHER:PRESET`.
 *
 * @param flag what messages call the place it was written in.
 */
export function armOf(
  text: string,
  common: CommonSettings,
  players: Players,
  flag = "--searchers",
): Arm {
  const [name = "", preset = "default", ...others] = text.split(":");
  const searcher = searcherNames.find((known) => known === name);
  if (searcher === undefined || others.length > 0) {
    throw new CollmError(
      "invalid-argument",
      `${flag}: got "${text}", allowed are ${searcherNames.join(", ")}, with a preset as NAME:PRESET, separated by commas`,
    );
  }
  const known = new Map<string, Partial<SearchConfig>>(Object.entries(presets[searcher]));
  const changes = known.get(preset);
  if (!changes) {
    throw new CollmError(
      "invalid-argument",
      `${flag}: got "${text}", allowed presets of ${searcher} are ${[...known.keys()].join(", ")}`,
    );
  }
  const shown = preset === "default" ? searcher : `${searcher} (${preset})`;
  const arm = {
    name: preset === "default" ? searcher : `${searcher}-${preset}`,
    label: shown,
    config: { ...defaultSearchConfig(searcher), ...changes, preset, ...settings(common) },
  };
  return rolesOf[searcher].length > 0 ? playedBy(arm, players) : arm;
}

/** The arm with these players, told in its label. */
export function playedBy(arm: Arm, players: Players): Arm {
  const roles = rolesOf[arm.config.searcher];
  return { ...arm, label: `${arm.label}, ${playersInWords(players, roles)}`, players };
}

/** The arm under another name, with changes of its configuration. */
export function variant(
  arm: Arm,
  name: string,
  label: string,
  changes: Partial<SearchConfig>,
): Arm {
  const changed = { ...arm, name, label, config: { ...arm.config, ...changes } };
  return arm.players ? playedBy(changed, arm.players) : changed;
}

/** `heuristic`, `MODEL`, or both where the roles that are asked differ. */
export function playersInWords(
  players: Players,
  roles: readonly ("navigator" | "generator")[] = ["navigator", "generator"],
): string {
  return [...new Set(roles.map((role) => playerInWords(players[role])))].join(" + ");
}

function playerInWords({ backend, model, replayDir }: Player): string {
  return model ?? (replayDir === undefined ? backend : `${backend} ${replayDir}`);
}

function settings({ budget, candidates, limits }: CommonSettings): Partial<SearchConfig> {
  return {
    budget,
    limits,
    ...(candidates === undefined ? {} : { candidatesPerIteration: candidates }),
  };
}
