import { archive } from "@collm/search";
import type { CostKind } from "@collm/search-space";
import { costWords } from "../html/format.js";
import type { ReportSource } from "./report-source.js";
import { limitOf } from "./wording.js";

/** A cost as it is shown in tiles and tables. */
export interface CostColumn {
  readonly kind: CostKind;
  readonly name: string;
  readonly limit: number | undefined;
}

/**
 * The costs to show. Where a family's official counter counts MACs, both numbers are the same for
 * every network, and one column says so.
 */
export function costColumns({ view, result }: ReportSource): readonly CostColumn[] {
  const column = (kind: CostKind): CostColumn => ({
    kind,
    name: costWords[kind].name,
    limit: limitOf(result.limits, kind),
  });
  const flops = column("officialFlops");
  const macs = column("macs");
  const isSame = archive(view.state).every(({ cost }) => cost.macs === cost.officialFlops);
  const limits = [flops.limit, macs.limit].filter((limit) => limit !== undefined);
  const joined = {
    kind: "macs",
    name: `${macs.name} (= ${flops.name})`,
    limit: limits.length > 0 ? Math.min(...limits) : undefined,
  } as const;
  return [...(isSame ? [joined] : [flops, macs]), column("paramsCount")];
}
