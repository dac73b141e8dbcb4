# Roster: every command sets up what it needs. `make help` lists them.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TOOL     = $(GO) tool -modfile=tools/go.mod
FUZZTIME ?= 20s
export CGO_ENABLED = 0

.PHONY: help build run test test-long race lint lint-openapi format fuzz fuzz-api bench timing clean
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

build: ## write bin/roster: static, stripped, version stamped
	$(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/roster ./cmd/roster

run: build ## start a demonstration: http://127.0.0.1:8080 and https://127.0.0.1:8443
	./bin/roster serve --demo

test: ## all tests, on SQLite and PostgreSQL, with the real binary, curl and a real browser
	./tools/prepare
	GO=$(GO) ./tools/test -timeout 30m ./...

test-long: ## all tests, with every repetition: more kills, lost answers, cut commits and filters
	./tools/prepare
	GO=$(GO) ROSTER_TEST_LONG=1 ./tools/test -timeout 4h -count=1 ./...

race: ## the race detector over the parts that share memory (needs gcc)
	CGO_ENABLED=1 $(GO) test -race -vet=off -timeout 30m ./internal/auth/... ./internal/lease/... ./internal/queue/... ./internal/store/... ./internal/directory/... ./internal/server/...

lint: ## go vet, staticcheck, gofumpt
	$(GO) vet -trimpath ./...
	GOFLAGS="$$($(GO) env GOFLAGS) -trimpath" $(TOOL) staticcheck ./...
	@bad=$$($(TOOL) gofumpt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then echo "run make format for:"; echo "$$bad"; exit 1; fi

lint-openapi: ## two linters over the native API's description (needs npm)
	./tools/lint-openapi

format: ## rewrite the sources as gofumpt has them
	$(TOOL) gofumpt -w $$(git ls-files '*.go')

fuzz: ## every fuzz target for FUZZTIME (default 20s)
	./tools/fuzz $(FUZZTIME)

fuzz-api: FUZZTIME = 5m
fuzz-api: ## the native API under requests of every kind for FUZZTIME (default 5m); ROSTER_FUZZ_SEED repeats a finding
	ROSTER_FUZZ_TIME=$(FUZZTIME) $(GO) test ./test/binary -run '^TestAnythingIsAnsweredAsDescribed$$' -count=1 -timeout 0 -v

bench: build ## the table of measurements, beside what the machine itself gives
	./tools/prepare
	$(GO) run ./bench

timing: ## whether the time of a failed sign-in says who exists; leave the machine alone meanwhile
	ROSTER_TIMING=$${ROSTER_TIMING:-1000} $(GO) test ./test/binary -run '^TestTheTimeOfAFailureDoesNotSayWhoExists$$' -count=1 -timeout 0 -v

clean: ## remove what was built
	rm -rf bin
