# One image for cloud, gateway and simulator; the command says which. Built for linux/amd64 and linux/arm64:
#   docker buildx build --platform linux/amd64,linux/arm64 -f docker/karez.Dockerfile .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY . .
# The lock names every package; scripts run only for those that package.json allows.
RUN npm ci --no-audit --no-fund && npm run build && npm prune --omit=dev --no-audit --no-fund && node_modules/.bin/node edge/strip-all.mjs

FROM node:24.21.0-bookworm-slim
RUN useradd --system --uid 10001 --create-home karez && mkdir /data && chown karez:karez /data
WORKDIR /app
COPY --from=build /app /app
USER karez
VOLUME /data
ENTRYPOINT ["node", "bin/karez.mjs"]
