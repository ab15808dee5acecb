import { isIP } from "node:net";
import { CollmError } from "@collm/errors";
import type { Command } from "commander";
import { writeKubernetesSecrets } from "../certificates/kubernetes-secrets.js";
import { makeCertificates } from "../certificates/make-certificates.js";
import { processOutput } from "../output.js";

interface CertsFlags {
  readonly to: string;
  readonly days: string;
  readonly namespace: string;
  readonly host?: readonly string[];
  readonly kubernetes?: boolean;
}

/** Adds `collm certs` to the program: certificates of mutual TLS where nobody else makes them. */
export function addCertsCommand(program: Command): void {
  program
    .command("certs")
    .description(
      "make, or renew, certificates for the services, NATS and collm itself (mutual TLS)",
    )
    .requiredOption("--to <dir>", "folder; its ca/ is the authority, made where there is none")
    .option("--days <n>", "how long the certificates are valid", "365")
    .option("--namespace <name>", "Kubernetes namespace of the services", "collm")
    .option(
      "--host <name>",
      "further name or address of all services; may be given several times",
      (name: string, earlier: string[] = []) => [...earlier, name],
    )
    .option(
      "--kubernetes",
      "also passwords of NATS, and a kustomization that makes Secrets of it all",
    )
    .action(async ({ to, days, namespace, host = [], kubernetes = false }: CertsFlags) => {
      const made = await makeCertificates(to, {
        days: wholeDays(days),
        namespace: label("--namespace", namespace),
        hosts: host.map(hostName),
      });
      for (const { folder, validTo } of made) {
        processOutput.print(`${folder}: valid until ${validTo.toISOString().slice(0, 10)}`);
      }
      if (!kubernetes) return;
      await writeKubernetesSecrets(to, namespace);
      processOutput.print(`kubectl apply -k ${to}`);
    });
}

function wholeDays(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 3_650) return Number(text);
  throw refused("--days", text, "a whole number from 1 to 3650");
}

function label(flag: string, text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw refused(flag, text, "lower-case letters, digits and hyphens");
}

function hostName(text: string): string {
  if (isIP(text) !== 0 || /^(\*\.)?[\w-]+(\.[\w-]+)*$/.test(text)) return text;
  throw refused("--host", text, "a host name or an address");
}

function refused(flag: string, text: string, allowed: string): CollmError {
  return new CollmError("invalid-argument", `${flag}: got "${text}", allowed is ${allowed}`);
}
