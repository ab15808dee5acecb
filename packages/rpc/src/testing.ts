export { type CertificateFiles, TestAuthority } from "./testing/test-authority.js";
export { describeWithOpenssl } from "./testing/with-openssl.js";
