// What other modules and the composition root may use of credentials.
export { changePassword, type PasswordDeps } from './credentials.passwords.ts';
export { createCredentialRoutes } from './credentials.routes.ts';
export { createThrottle, type Throttle } from './credentials.throttle.ts';
export { signIn, type SignInAttempt, type SignInDeps } from './credentials.sign-in.ts';
