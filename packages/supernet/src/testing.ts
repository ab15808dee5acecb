export {
  formulaImages,
  formulaTensors,
  xorOfBits,
} from "./ofa-mobilenet-v3/formula.fixture.js";
