import { X509Certificate } from "node:crypto";
import { CollmError } from "@collm/errors";
import type { experimental } from "@grpc/grpc-js";
import { type Certificates, readCertificates, type TlsFiles } from "./certificate-files.js";

type CaListener = experimental.CaCertificateUpdateListener;
type IdentityListener = experimental.IdentityCertificateUpdateListener;

/** Kubernetes shows a renewed secret in a volume after up to a minute; it need not take longer here. */
const defaultReloadMs = 10_000;

/**
 * Certificates for grpc-js that follow their files: what is renewed holds for new connections. The files are
 * read again rather than watched, since a mounted secret is renewed by exchanging a symbolic link above
 * them. Files that cannot be used, such as a certificate whose key has not arrived yet, leave those in use
 * until the next look. (grpc-js's own `FileWatcherCertificateProvider` would refuse connections meanwhile.)
 */
export class WatchedCertificates implements experimental.CertificateProvider {
  readonly #files: TlsFiles;
  readonly #reloadMs: number;
  readonly #onProblem: (problem: CollmError) => void;
  readonly #caListeners = new Set<CaListener>();
  readonly #identityListeners = new Set<IdentityListener>();
  #current: Certificates;
  #readAt = performance.now();
  #problem: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param onProblem told why renewed files are not used, once for each reason in a row
   * @throws CollmError if the files cannot be used
   */
  constructor(files: TlsFiles, onProblem: (problem: CollmError) => void) {
    this.#files = files;
    this.#reloadMs = files.reloadMs ?? defaultReloadMs;
    this.#onProblem = onProblem;
    this.#current = readCertificates(files);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener);
    this.#begin();
    // Not at once: grpc-js asks before it is ready to hear.
    process.nextTick(() => listener({ caCertificate: this.#current.ca }));
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener);
    this.#end();
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener);
    this.#begin();
    process.nextTick(() => listener(this.#identity));
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener);
    this.#end();
  }

  /** When the own certificate in use ends, in Unix milliseconds. */
  get endsAtMs(): number {
    return Date.parse(new X509Certificate(this.#current.cert).validTo);
  }

  get #identity() {
    return { certificate: this.#current.cert, privateKey: this.#current.key };
  }

  #begin(): void {
    if (this.#timer) return;
    if (performance.now() - this.#readAt > this.#reloadMs) this.#look();
    this.#timer = setInterval(() => this.#look(), this.#reloadMs).unref();
  }

  #end(): void {
    if (this.#caListeners.size + this.#identityListeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#readAt = performance.now();
    let found: Certificates;
    try {
      found = readCertificates(this.#files);
    } catch (error) {
      const problem = CollmError.from(error);
      if (problem.message !== this.#problem) this.#onProblem(problem);
      this.#problem = problem.message;
      return;
    }
    this.#problem = undefined;
    const { cert, key, ca } = this.#current;
    if (found.cert.equals(cert) && found.key.equals(key) && found.ca.equals(ca)) return;
    this.#current = found;
    for (const listener of this.#identityListeners) listener(this.#identity);
    for (const listener of this.#caListeners) listener({ caCertificate: found.ca });
  }
}
