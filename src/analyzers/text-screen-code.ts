// Written by `npm run generate` from text-screen.wat.

/** WebAssembly, in base64. */
export const textScreenCode = [
  'AGFzbQEAAAABCQFgBH9/f38BfwMCAQAFAwEACAcRAgZtZW1vcnkCAARzY2FuAAAKaAFmAQN/A0AgACABSQRAIAAoAgBBoMCAAXJBCHQhBCAEQb',
  'Hz3fF5bEERdiEFIAUtAAAEQCAFQQJ0KAKAgAIhBiAGRSAGIARGcgRAIAMgADYCACADQQRqIQMLCyAAIAJqIQAMAQsLIAML',
].join('');
