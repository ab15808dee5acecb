export {
  formulaImages as autoFormerImages,
  formulaTensors as autoFormerTensors,
} from "./autoformer/formula.fixture.js";
export {
  formulaImages,
  formulaTensors,
  xorOfBits,
} from "./ofa-mobilenet-v3/formula.fixture.js";
export {
  formulaImages as shuffleNetImages,
  formulaTensors as shuffleNetTensors,
} from "./shufflenet/formula.fixture.js";
