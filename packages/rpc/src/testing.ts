export { type CertificateFiles, TestAuthority } from "./testing/test-authority.js";
