# shellcheck shell=sh
# build.sh: sourced by autogen.sh and run-all.sh at the top of the tree.

# build DIRECTORY ARGUMENT…: an out-of-tree build with these arguments for configure, quick the second time.
build() {
    directory=$1
    shift
    mkdir -p "$directory"
    (
        cd "$directory" || exit 1
        if [ ! -f Makefile ] || [ ../../configure -nt Makefile ]; then
            ../../configure --quiet "$@" || exit 1
        fi
        make -j"$(nproc)" --no-print-directory --quiet
    )
}
