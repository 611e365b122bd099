// What the composition root may use of the notifications.
export { createMailHandler, type NotificationParts } from './notifications.handler.ts';
export { createSentMailRoutes } from './sent-mail.routes.ts';
