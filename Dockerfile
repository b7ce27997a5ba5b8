# One image for every service; compose chooses which one runs.
FROM python:3.13-slim AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
# Dependencies first: this layer is kept for as long as the lock file does not change.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY services services
COPY shared shared
COPY deploy/not_needed.py deploy/not_needed.py
# The lock covers development too; what running does not need is taken out again, so that one lock is enough.
RUN pip install --no-deps . \
 && python deploy/not_needed.py > /tmp/not-needed \
 && pip uninstall --yes --quiet -r /tmp/not-needed

FROM python:3.13-slim
# Keys live in a volume; a new volume takes over the owner of the folder it covers.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin throughcare \
 && install --directory --owner throughcare --mode 0700 /keys
COPY --from=build /venv /venv
# HOME: Streamlit wants a place for its settings, and /tmp is the only folder compose leaves writable.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
USER throughcare
WORKDIR /tmp
CMD ["throughcare", "--help"]
