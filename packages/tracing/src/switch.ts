let isOn = false;
let isContentCaptured = false;

/** Whether spans are exported; without that nothing is prepared for them either. */
export function isTracing(): boolean {
  return isOn;
}

/** Whether prompts and answers go into spans; off unless a user asks for it. */
export function capturesContent(): boolean {
  return isContentCaptured;
}

/** Told when the SDK is there, and when it has gone. */
export function switchTracing(on: boolean, withContent = false): void {
  isOn = on;
  isContentCaptured = on && withContent;
}
