// What other modules and the composition root may use of credentials.
export { createThrottle, type Throttle } from './credentials.throttle.ts';
export { signIn, type SignInAttempt, type SignInDeps } from './credentials.sign-in.ts';
