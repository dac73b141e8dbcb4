package watch_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"roster"
	"roster/internal/watch"
)

func TestWhatADigestShows(t *testing.T) {
	t.Parallel()
	database, website := roster.CheckLink{ID: "c1", Name: "database"}, roster.CheckLink{ID: "c2", Name: "website"}
	entries := []watch.DigestEntry{
		{Kind: watch.DigestUndelivered, Check: database, Title: "an SMS to Ann", At: at("2027-01-04 05:00")},
		{Kind: watch.DigestFailed, Check: database, Title: "disk full", At: at("2027-01-04 01:00")},
		{Kind: watch.DigestFailed, Check: database, Title: "disk fuller", At: at("2027-01-04 02:00")},
		{Kind: watch.DigestFailed, Check: website, Title: "502", At: at("2027-01-04 03:00")},
		{Kind: watch.DigestRecovered, Check: website, Title: "200", At: at("2027-01-04 04:00")},
		{Kind: watch.DigestOverdue, Check: database, At: at("2027-01-04 06:00")},
		{Kind: watch.DigestUnmatched, From: "cron@db1", Title: "hello", At: at("2027-01-04 01:00")},
		{Kind: watch.DigestUnmatched, From: "cron@db1", Title: "hello", At: at("2027-01-04 02:00")},
		{Kind: watch.DigestUnmatched, From: "cron@db2", Title: "hello", At: at("2027-01-04 02:00")},
		{Kind: watch.DigestWarned, Check: website, Title: "slow", At: at("2027-01-04 00:00")},
	}
	for name, c := range map[string]struct {
		reader watch.Reader
		want   []string
	}{
		"a reader who sees everything": {watch.Reader{SeesAll: true}, []string{
			"failed website: 502 ×1", "failed database: disk fuller ×2", "warned website: slow ×1", "overdue database:  ×1", "recovered website: 200 ×1",
			"unmatched cron@db1: hello ×2", "unmatched cron@db2: hello ×1", "could not be delivered database: an SMS to Ann ×1",
		}},
		"a reader who sees one check": {watch.Reader{Sees: map[roster.CheckID]bool{"c2": true}}, []string{
			"failed website: 502 ×1", "warned website: slow ×1", "recovered website: 200 ×1",
		}},
		"what was sent to somebody else is for those who see everything": {watch.Reader{Sees: map[roster.CheckID]bool{"c1": true}}, []string{
			"failed database: disk fuller ×2", "overdue database:  ×1",
		}},
		"a reader who sees nothing gets an empty digest": {watch.Reader{}, nil},
	} {
		for range 2 { // the order of the entries does not matter
			var got []string
			shown, sent := watch.Digest(entries, c.reader)
			for _, l := range shown {
				got = append(got, fmt.Sprintf("%s %s%s: %s ×%d", l.Kind, l.Check.Name, l.From, l.Title, l.Count))
			}
			if diff := cmp.Diff(c.want, got); diff != "" || !sent {
				t.Errorf("%s: sent is %v\n%s", name, sent, diff)
			}
			slices.Reverse(entries)
		}
	}
}

func TestAReaderMayOmitEmptyDigests(t *testing.T) {
	t.Parallel()
	if _, sent := watch.Digest(nil, watch.Reader{SeesAll: true, OmitEmpty: true}); sent {
		t.Error("an empty digest is sent")
	}
	entries := []watch.DigestEntry{{Kind: watch.DigestFailed}}
	if _, sent := watch.Digest(entries, watch.Reader{SeesAll: true, OmitEmpty: true}); !sent {
		t.Error("a digest is not sent")
	}
}
