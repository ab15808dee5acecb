import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export interface CertificateOptions {
  /** Default: 127.0.0.1 and localhost. */
  readonly names?: readonly string[];
  /** -1: expired yesterday. Default: 1. */
  readonly days?: number;
}

/** A certificate, its key and the authority's certificate, named as cert-manager names them. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** A certificate authority that exists for one test; made with the `openssl` program, 3.0 or newer. */
export class TestAuthority {
  readonly #folder: string;
  #issued = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<TestAuthority> {
    const authority = new TestAuthority(await mkdtemp(join(tmpdir(), "collm-ca-")));
    const { key, crt } = authority.#own;
    const subject = ["-subj", "/CN=collm test authority", "-days", "1"];
    await run("openssl", ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", crt]);
    return authority;
  }

  get caFile(): string {
    return this.#own.crt;
  }

  /** A new certificate in a folder of its own. */
  async issue(options: CertificateOptions = {}): Promise<CertificateFiles> {
    this.#issued += 1;
    const folder = join(this.#folder, `issued-${this.#issued}`);
    await mkdir(folder);
    return await this.#issueInto(folder, options);
  }

  /**
   * A volume as Kubernetes mounts a secret: `tls.crt` is a link into `..data`, itself a link to the folder of
   * one version. `renew` exchanges that link in one step.
   */
  async mount(options: CertificateOptions = {}) {
    this.#issued += 1;
    const volume = join(this.#folder, `volume-${this.#issued}`);
    await mkdir(volume);
    let version = 0;
    const renew = async (by: TestAuthority, changed: CertificateOptions = options) => {
      version += 1;
      await mkdir(join(volume, `..v${version}`));
      await by.#issueInto(join(volume, `..v${version}`), changed);
      await symlink(`..v${version}`, join(volume, "..data_tmp"));
      await rename(join(volume, "..data_tmp"), join(volume, "..data"));
    };
    await renew(this);
    for (const name of ["tls.crt", "tls.key", "ca.crt"]) {
      await symlink(join("..data", name), join(volume, name));
    }
    return { ...filesIn(volume), renew };
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #own() {
    return { key: join(this.#folder, "ca.key"), crt: join(this.#folder, "ca.crt") };
  }

  async #issueInto(
    folder: string,
    { names = ["127.0.0.1", "localhost"], days = 1 }: CertificateOptions,
  ): Promise<CertificateFiles> {
    const { key, crt } = this.#own;
    const files = filesIn(folder);
    const kind = (name: string) => (/^[\d.]+$|:/.test(name) ? "IP" : "DNS");
    const altNames = names.map((name) => `${kind(name)}:${name}`).join(",");
    const request = join(folder, "request.csr");
    await run("openssl", [
      ...["req", ...curve, "-keyout", files.keyFile, "-out", request, "-subj", "/CN=collm test"],
      ...["-addext", `subjectAltName=${altNames}`, "-addext", "basicConstraints=CA:FALSE"],
    ]);
    await run("openssl", [
      ...["x509", "-req", "-in", request, "-CA", crt, "-CAkey", key, "-out", files.certFile],
      ...["-days", String(days), "-copy_extensions", "copy"],
    ]);
    await symlink(crt, files.caFile);
    return files;
  }
}

function filesIn(folder: string): CertificateFiles {
  return {
    certFile: join(folder, "tls.crt"),
    keyFile: join(folder, "tls.key"),
    caFile: join(folder, "ca.crt"),
  };
}
