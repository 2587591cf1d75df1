# Builds the service, then keeps only what it needs to run.
#
#   docker build -t columna:local .                                     the service alone, for production
#   docker build -t columna:demonstration --target demonstration .      with the invented people and their FHIR server
#   docker run --init --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --memory 768m --pids-limit 128 ...
#
# A tag moves. Whoever builds for others names the base by the digest that they have scanned:
#   docker build --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:... .
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json bundle.mjs bundle-apps.mjs ./
COPY src ./src
COPY apps ./apps
COPY fhir-resources ./fhir-resources
COPY cds-services ./cds-services
COPY knowledge.json ./
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
# What a scanner asks for: every package that is in the image, with its version. npm calls what is only needed to build
# missing, whatever it is told to omit.
RUN npm pkg delete devDependencies && npm sbom --sbom-format cyclonedx >sbom.cdx.json

# Everything belongs to root and is run by node, so that the service cannot change itself.
FROM ${NODE_IMAGE} AS runtime
# In a container the service is reached from outside of it; which machine may is decided where its port is published.
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=dependencies /app/sbom.cdx.json ./
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY fhir-resources ./fhir-resources
COPY cds-services ./cds-services
COPY knowledge.json ./
COPY docker/health-check ./
USER node
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["bash", "health-check"]
CMD ["node", "--disable-warning=ExperimentalWarning", "dist/main.js"]

FROM runtime AS demonstration
# It is run read-only, and what it keeps is of nobody.
ENV NODE_ENV=development CDS_STORE=memory
COPY src/demo/people ./src/demo/people
EXPOSE 3001

# The last stage is what is built when none is named.
FROM runtime AS production
