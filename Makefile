# Thin names for the commands of the project; ./run and ./test need no make.
.PHONY: run test bench simulate lock messages vendor

run:
	./run

test:
	./test

# Needs ./test once, which makes the environment, and adds what the benchmarks compare with; writes
# benchmarks/results.json. ONLY="cycles surveys" measures a part, BENCH_PEOPLE=10000 smaller cycles.
bench:
	python3 -m pip --python .venv/bin/python install --quiet --require-hashes --only-binary :all: -r requirements-bench.txt
	.venv/bin/python -m benchmarks.run $(ONLY)

# Whether intervals cover what they promise and estimates are unbiased, on seeded invented data. ONLY="severity" a part.
simulate:
	.venv/bin/python -m benchmarks.simulations $(ONLY)

# After a change of requirements*.in. UPGRADE=--upgrade takes the newest versions.
COMPILE = .boot/uv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header $(UPGRADE)
lock:
	$(COMPILE) requirements-tools.in -o requirements-tools.txt
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-test.in -c requirements.txt -o requirements-test.txt
	$(COMPILE) requirements-bench.in -c requirements.txt -o requirements-bench.txt

# After a change of texts: puts new texts into the catalogue of their package, drops old ones, compiles.
messages:
	.venv/bin/python translations/update
	.venv/bin/python translations/compile

# After a change of versions or icons in the script.
vendor:
	static/vendor/update
