import { addressesPhrase, parseAddresses } from "@collm/config";
import { CollmError } from "@collm/errors";

/** The value of `--coordinator`. Throws `invalid-argument` for what is no address. */
export function coordinatorAddress(flag: string): string {
  const address = parseAddresses(flag);
  if (address !== undefined) return address;
  throw new CollmError(
    "invalid-argument",
    `--coordinator: got "${flag}", allowed is ${addressesPhrase}`,
  );
}
