import { formatQuantity } from "@collm/config";
import type { SupernetVerification } from "@collm/evaluation";

/** Whether nothing speaks against using the supernet. */
export function isSound({ checkpoint, subnets }: SupernetVerification): boolean {
  return checkpoint.origin.kind !== "altered" && subnets.every((subnet) => subnet.hasFiniteLogits);
}

/** A verification for people. */
export function verificationLines(verification: SupernetVerification): readonly string[] {
  const { name, family, checkpoint, tensorCount, paramsCount, digest, subnets } = verification;
  return [
    `${name} (${family})`,
    `file        ${checkpoint.path}`,
    `            ${checkpoint.description}, ${checkpoint.sizeBytes} bytes`,
    `sha256      ${checkpoint.sha256}`,
    `git blob    ${checkpoint.gitBlobId}`,
    `origin      ${originWords(checkpoint.origin)}`,
    `tensors     ${tensorCount}, all there in the right shape; ${paramsCount} trained numbers`,
    `digest      ${digest}`,
    ...subnets.map(
      ({ canonical, cost, seconds, hasFiniteLogits }, i) =>
        `${i === 0 ? "smallest" : "largest "}    ${canonical}: ${formatQuantity(cost.macs)} MACs, ` +
        `${formatQuantity(cost.paramsCount)} parameters, ` +
        (hasFiniteLogits ? `ran in ${seconds.toFixed(2)} s` : "its logits are not finite numbers"),
    ),
  ];
}

function originWords(origin: SupernetVerification["checkpoint"]["origin"]): string {
  switch (origin.kind) {
    case "published":
      return `published file ${origin.checkpoint.fileName} (${origin.checkpoint.name})`;
    case "altered":
      return `as long as the published file ${origin.checkpoint.fileName}, but other bytes: most likely a damaged download`;
    case "unknown":
      return "not a published file that this version knows";
  }
}
