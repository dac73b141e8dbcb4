package app

import (
	"cmp"
	"io/fs"
	"math"
	"path"
	"strconv"
	"strings"
)

// heapLimit returns what the Go runtime may hold of the memory that the control groups of this
// process grant, in bytes: three quarters. The rest is for what the collector does not know, which
// are SQLite's caches and the memory of hashes. It returns 0 if nothing limits the memory. root is
// the file system.
func heapLimit(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0 // not on Linux
	}
	least := int64(math.MaxInt64)
	for line := range strings.Lines(string(text)) {
		_, group, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, _ := strings.Cut(group, ":")
		switch controllers {
		case "": // version 2
			least = min(least, leastIn(root, "sys/fs/cgroup", group, "memory.max"))
		case "memory": // version 1
			least = min(least, leastIn(root, "sys/fs/cgroup/memory", group, "memory.limit_in_bytes"))
		}
	}
	if least > unlimited {
		return 0
	}
	return least / 4 * 3
}

// unlimited is beyond every real limit. Version 1 writes a number of this order for no limit.
const unlimited = 1 << 50

// leastIn returns the least limit of a group and of those around it. Inside a container the path
// may be the one outside it; there the limit is that of the mount.
func leastIn(root fs.FS, mount, group, file string) int64 {
	least := int64(math.MaxInt64)
	for at := path.Join("/", group); ; at = path.Dir(at) {
		text, err := fs.ReadFile(root, path.Join(mount, at, file))
		if n, wrong := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); cmp.Or(err, wrong) == nil {
			least = min(least, n)
		}
		if at == "/" {
			return least
		}
	}
}
