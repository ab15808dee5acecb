// What the benchmarks take from the command line's package.
export { CoordinatorClient, Fleet, imageCacheDirectory } from "@collm/cli";
