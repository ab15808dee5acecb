import { type ChannelOptions, experimental } from "@grpc/grpc-js";

type Resolver = experimental.Resolver;
type ResolverListener = experimental.ResolverListener;
type GrpcUri = experimental.GrpcUri;
type Resolution = Parameters<ResolverListener>[0];
type Endpoints = Extract<Resolution, { ok: true }>["value"];

const scheme = "collm-list";
const namedTarget = /^(dns|ipv4|ipv6|unix):(.*)$/;

/**
 * A gRPC target for addresses separated by commas, each of which may be a name with several
 * records; a single address is left as it is. Calls go round all that can be reached.
 */
export function targetOf(addresses: string): string {
  const list = addresses
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "");
  if (list.length <= 1) return list[0] ?? addresses;
  experimental.registerResolver(scheme, ListResolver);
  return `${scheme}:${list.join(",")}`;
}

/** Resolves each address of a list by its own kind of name and gives all endpoints together. */
class ListResolver implements Resolver {
  readonly #resolvers: readonly Resolver[];
  readonly #resolved: (Resolution | undefined)[];
  readonly #listener: ResolverListener;

  constructor(target: GrpcUri, listener: ResolverListener, options: ChannelOptions) {
    this.#listener = listener;
    const addresses = target.path.split(",");
    this.#resolved = addresses.map(() => undefined);
    this.#resolvers = addresses.map((address, i) =>
      experimental.createResolver(
        uriOf(address),
        (resolution) => {
          this.#resolved[i] = resolution;
          return this.#tell();
        },
        options,
      ),
    );
  }

  updateResolution(): void {
    for (const resolver of this.#resolvers) resolver.updateResolution();
  }

  destroy(): void {
    for (const resolver of this.#resolvers) resolver.destroy();
  }

  /** What servers are told they are called: the first, without its kind of name. */
  static getDefaultAuthority(target: GrpcUri): string {
    const { scheme: kind, path } = uriOf(target.path.split(",")[0] ?? "");
    return kind === "unix" ? "localhost" : path;
  }

  /** What is known so far; a failure only if nothing else is and every address has been tried. */
  #tell(): boolean {
    const endpoints: Endpoints = this.#resolved.flatMap((resolution) =>
      resolution?.ok ? resolution.value : [],
    );
    if (endpoints.length > 0) {
      return this.#listener(experimental.statusOrFromValue(endpoints), {}, null, "");
    }
    const [failure] = this.#resolved;
    if (!failure || this.#resolved.includes(undefined)) return true;
    return this.#listener(failure, {}, null, "");
  }
}

function uriOf(address: string): GrpcUri {
  const [, kind, rest = ""] = namedTarget.exec(address) ?? [];
  if (kind === undefined) return { scheme: "dns", path: address };
  return { scheme: kind, path: rest.replace(/^\/\/\//, kind === "unix" ? "/" : "") };
}
