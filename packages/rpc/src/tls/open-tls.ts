import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { CollmError } from "@collm/errors";
import type { Logger } from "@collm/telemetry";
import {
  type ChannelCredentials,
  type ChannelOptions,
  experimental,
  type ServerCredentials,
} from "@grpc/grpc-js";
import type { TlsFiles } from "./certificate-files.js";
import { WatchedCertificates } from "./watched-certificates.js";

/** Mutual TLS of one process, as server and as client. */
export interface Tls {
  /** Clients must show a certificate of the authority. */
  readonly server: ServerCredentials;
  /**
   * For `addresses` as `connect` takes them; the server's certificate must name one of them, or the
   * `serverName` of the settings.
   */
  client(addresses: string): TlsClient;
  /** When the own certificate in use ends, in Unix milliseconds; another one after it was renewed. */
  readonly certificateEndsAtMs: number;
}

export interface TlsClient {
  readonly credentials: ChannelCredentials;
  readonly channelOptions: ChannelOptions;
}

/**
 * Mutual TLS with these files. Renewed files are used for new connections within `reloadMs`; connections
 * that are open go on.
 *
 * @param onProblem told why renewed files are not used; those from before are, until they expire
 * @throws CollmError in one sentence if a file cannot be read or used
 */
export function openTls(
  files: TlsFiles,
  onProblem: (problem: CollmError) => void = () => undefined,
): Tls {
  const certificates = new WatchedCertificates(files, onProblem);
  return {
    get certificateEndsAtMs() {
      return certificates.endsAtMs;
    },
    server: experimental.createCertificateProviderServerCredentials(
      certificates,
      certificates,
      true,
    ),
    client: (addresses) => {
      const names = files.serverName === undefined ? hostsOf(addresses) : [files.serverName];
      return {
        credentials: experimental.createCertificateProviderChannelCredentials(
          certificates,
          certificates,
          // Of several addresses grpc-js knows the first name only.
          { checkServerIdentity: (_host, certificate) => checkNames(names, certificate) },
        ),
        channelOptions: nameToAskFor(names[0] ?? "", files.serverName),
      };
    },
  };
}

/**
 * Mutual TLS of a service, which logs what is wrong with renewed files; undefined, plaintext, without files.
 *
 * @throws CollmError in one sentence if a file cannot be read or used
 */
export function openServiceTls(files: TlsFiles | undefined, logger: Logger): Tls | undefined {
  if (files === undefined) return undefined;
  return openTls(files, (problem) =>
    logger.warn({ err: problem }, "renewed certificates are not used"),
  );
}

/** An address is no name to ask for (RFC 6066); Node would warn. What is verified stays the same. */
function nameToAskFor(host: string, serverName: string | undefined): ChannelOptions {
  const name = serverName ?? (isIP(host) ? "localhost" : undefined);
  return name === undefined ? {} : { "grpc.ssl_target_name_override": name };
}

function checkNames(names: readonly string[], certificate: PeerCertificate): Error | undefined {
  const problems = names.map((name) => checkServerIdentity(name, certificate));
  return problems.includes(undefined) ? undefined : problems[0];
}

/** The hosts of `host:port`, `dns:///host:port`, `unix:path` and lists of these. */
function hostsOf(addresses: string): readonly string[] {
  return addresses.split(",").map((address) => {
    const place = address.trim();
    if (place.startsWith("unix:")) return "localhost";
    const [, host = place] = /^(?:dns:(?:\/\/[^/]*\/)?)?(.*?)(?::\d+)?$/.exec(place) ?? [];
    return host.replace(/^\[(.*)\]$/, "$1");
  });
}
