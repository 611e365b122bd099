# Mandaat in a container: unprivileged user, nothing to write but /data and /audit, no build step.
# docker build -t mandaat .

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Type checker, test tools and the npm copy of Node stay out of the image.
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

FROM node:24-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    METRICS_HOST=0.0.0.0 \
    DATA_DIR=/data \
    AUDIT_CHECKPOINT_DIR=/audit
WORKDIR /app
# Owned by root: the process can read its own code and not change it.
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY config ./config
COPY views ./views
COPY src ./src
RUN mkdir /data /audit && chown node:node /data /audit && chmod 700 /data /audit
USER node
VOLUME ["/data", "/audit"]
EXPOSE 3000 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=4s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
